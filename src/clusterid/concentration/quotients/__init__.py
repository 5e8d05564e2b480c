"""Location quotients: what one says, how sure it is, how it changes."""
