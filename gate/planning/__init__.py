"""Changes to affected topics and actions, to the selection of cases, to a forecast. Pure."""
