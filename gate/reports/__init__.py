"""One report value to markdown, console, JSON, JUnit and HTML. Pure."""
