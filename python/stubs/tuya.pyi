# SPDX-License-Identifier: Apache-2.0
"""Types of `tuya` for editors. What everything does: docs/tuya.md"""

from collections.abc import Mapping, Sequence
from typing import Any

from ha import Entity, Value

def sensor(
    name: str,
    dp: int,
    unit: str | None = None,
    scale: float | None = None,
    values: Mapping[int | str, float | str | None] | None = None,
    *,
    id: str | None = None,
    **options: Any,
) -> Entity[Value]: ...
def binary_sensor(
    name: str,
    dp: int,
    on: int | tuple[int, ...] = 1,
    off: int | tuple[int, ...] | None = None,
    below: float | None = None,
    *,
    id: str | None = None,
    **options: Any,
) -> Entity[bool | None]: ...
def event(
    name: str, dp: int, types: Mapping[int | str, str | None], *, id: str | None = None, **options: Any
) -> Entity[None]: ...
def battery(
    dp: int,
    levels: Sequence[int] | None = None,
    low: int = 20,
    name: str = "Battery",
    **options: Any,
) -> tuple[Entity[Value], Entity[bool | None]]: ...
def device(product: str, battery: Sequence[int] | None = None, inverted: bool = False) -> dict[str, Entity[Any]]: ...
def diagnostics() -> None: ...
