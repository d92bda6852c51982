"""The driver `command`: any program that speaks JSON lines."""
