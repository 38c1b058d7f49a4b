"""Archives of past responses: parts, their index and the store that reads them."""
