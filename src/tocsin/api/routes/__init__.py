"""The paths, by what they are about; each module adds its own to an app."""
