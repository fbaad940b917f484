"""The service of `flight_time`: `bentoml serve models.flight_time.service:FlightTime`."""

from mooring.serving.service import model_service

FlightTime = model_service("flight_time")
