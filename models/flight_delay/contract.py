"""What `flight_delay` promises: a departure's features, and the chance that it arrives late."""

from __future__ import annotations

from typing import Annotated

from annotated_types import Ge, Gt, Le
from pydantic import Field

from models.nycflights import CARRIERS, ORIGINS, WEATHER_LEAD_SECONDS
from mooring.contract.annotations import AvailableAt, Category, Cluster, Seasonal, Unit
from mooring.contract.contract import Contract, Limits, Prediction
from mooring.contract.features import Features

Weather = (Cluster("origin-hour"), Seasonal(), AvailableAt(WEATHER_LEAD_SECONDS))


class Flight(Features):
    """One scheduled departure from a New York airport, as known an hour before it leaves."""

    carrier: Annotated[str, Category(*CARRIERS), Field(description="IATA code of the airline")]
    origin: Annotated[str, Category(*ORIGINS), Cluster("day")]
    dest: Annotated[str, Category(open=True), Field(examples=["LAX"])]
    hour: Annotated[int, Ge(0), Le(23), Field(description="scheduled, local time", examples=[17])]
    minute: Annotated[int, Ge(0), Le(59), Field(examples=[30])]
    day_of_week: Annotated[int, Ge(1), Le(7), Cluster("day"), Field(description="Monday is 1")]
    distance: Annotated[float, Gt(0), Le(6_000), Unit("mi"), Field(examples=[2475.0])]
    temp: Annotated[float | None, Ge(-80), Le(140), Unit("degF"), *Weather] = Field(
        None, examples=[46.0]
    )
    dewp: Annotated[float | None, Ge(-80), Le(100), Unit("degF"), *Weather] = Field(
        None, examples=[30.0]
    )
    humid: Annotated[float | None, Ge(0), Le(100), Unit("%"), *Weather] = Field(
        None, examples=[53.0]
    )
    wind_speed: Annotated[float | None, Ge(0), Le(250), Unit("mi/h"), *Weather] = Field(
        None, examples=[12.7]
    )
    precip: Annotated[float | None, Ge(0), Le(20), Unit("in"), *Weather] = Field(
        None, examples=[0.0]
    )
    pressure: Annotated[float | None, Ge(850), Le(1_100), Unit("hPa"), *Weather] = Field(
        None, examples=[1016.0]
    )
    visib: Annotated[float | None, Ge(0), Le(10), Unit("mi"), *Weather] = Field(
        None, examples=[10.0]
    )


CONTRACT = Contract.of(
    Flight,
    name="flight_delay",
    version="1.0",
    prediction=Prediction(
        name="late",
        kind="probability",
        label="late",
        description="arrives more than 15 minutes after schedule",
    ),
    limits=Limits(),
)
