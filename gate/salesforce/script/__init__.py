"""Agent Script: one `.agent` text to its topics, actions, references and elements."""
