"""What gunicorn and Flask's own commands start: ``app:app``."""

from volunteer import create_app

app = create_app()
