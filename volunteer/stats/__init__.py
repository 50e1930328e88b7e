"""Every aggregate and list, one SQL statement a function; rows are frozen dataclasses."""
