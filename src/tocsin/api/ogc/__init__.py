"""OGC API - Features (17-069r4): what a geographic information system asks, and is answered.

when         the parameter `datetime`
collections  which there are, what they hold, what can be asked of them
incidents, moving   the features themselves: of the register, of the watch
answer       pages of features, with their links
"""
