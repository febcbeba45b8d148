"""What one running simulator knows: records, merchants, grants, switches, the clock."""
