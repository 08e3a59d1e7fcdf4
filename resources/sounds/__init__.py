"""The five sounds, and how they are made."""
