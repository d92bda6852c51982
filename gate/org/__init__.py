"""A Salesforce org: logging in, which org it is, where its services answer."""
