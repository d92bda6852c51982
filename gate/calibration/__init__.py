"""How people measure a judge: samples, labels, agreement, and the status that follows. Pure."""
