"""Lines of facts decided, carefully or fast; decisions on record, and decided again."""
