"""Rosters that come as files: a workbook or text becomes a table, and each row an entry or a fault.

Nothing here reads or writes the records; what they hold already is handed in.
"""
