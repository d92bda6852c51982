"""Files of a commit or a folder, and what differs between two of them, read without running repository code."""
