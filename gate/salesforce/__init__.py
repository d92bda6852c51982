"""Salesforce metadata and Agent Script to one map of agents; what differs between two maps, by meaning."""
