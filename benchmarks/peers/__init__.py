"""What a user would pick instead, each written as somebody who knows it well would write it."""
