"""What `agent-gate doctor` looks at, subject by subject; each answers with diagnoses and raises nothing."""
