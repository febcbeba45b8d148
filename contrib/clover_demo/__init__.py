"""A Django-Oscar shop that sells through the simulator."""
