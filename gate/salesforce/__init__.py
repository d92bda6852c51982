"""Salesforce metadata and Agent Script: read into the map of agents, compared by meaning, drawn."""
