"""The shapes of JSON and of forms: explicit fields, an allow-list; what is not known is an error."""
