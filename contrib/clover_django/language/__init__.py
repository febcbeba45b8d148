"""What people read and type: the names of states and marks, and amounts."""
