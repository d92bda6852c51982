"""GitHub: the event that started a run, the pull request's comment and status, sign-off."""
