"""Tags and filters of the checkout's templates."""
