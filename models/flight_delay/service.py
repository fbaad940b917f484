"""The service of `flight_delay`: `bentoml serve models.flight_delay.service:FlightDelay`."""

from mooring.serving.service import model_service

FlightDelay = model_service("flight_delay")
