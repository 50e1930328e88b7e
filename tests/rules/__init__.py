"""What is right, as sentences: every test name is a rule, every table its cases."""
