"""What is known of withheld cells: bounds, a point and draws, quotients."""
