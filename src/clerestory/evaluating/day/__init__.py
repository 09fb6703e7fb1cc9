"""A made day of recordings and narrated videos, and questions whose answers lie at known seconds."""
