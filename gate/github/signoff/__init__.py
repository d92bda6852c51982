"""A person's acceptance of named regressions: asked by label or comment, bound to one commit and one result."""
