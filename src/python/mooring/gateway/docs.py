"""`/docs`: Swagger UI out of an installed package; a browser needs nothing from anywhere else."""

from __future__ import annotations

from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from swagger_ui_bundle import swagger_ui_path  # type: ignore[import-untyped]

from mooring.gateway.template import TemplateRoute

_ASSETS = ("index.css", "swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png")

# Nothing but our own files, and requests only to ourselves; Swagger UI draws icons from data URLs.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}

_PAGE = """<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Mooring gateway</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css">
    <link rel="stylesheet" href="/docs/index.css">
    <link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
"""

# A file of its own, because the policy forbids inline scripts. `validatorUrl` would send the
# document to a public service.
_START = """window.ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  validatorUrl: null,
});
"""


def docs_routes(document: Callable[[], bytes]) -> list[TemplateRoute]:
    """The page, its assets, and the document that it shows."""

    async def openapi(request: Request) -> Response:
        headers = {"Cache-Control": "no-cache"}
        return Response(document(), 200, headers, "application/json")

    return [
        TemplateRoute("/openapi.json", openapi),
        TemplateRoute("/docs", _page),
        TemplateRoute("/docs/start.js", _start),
        TemplateRoute("/docs/{asset}", _asset),
    ]


async def _page(request: Request) -> Response:
    return HTMLResponse(_PAGE, headers=_HEADERS)


async def _start(request: Request) -> Response:
    return Response(_START, headers=_HEADERS, media_type="text/javascript")


async def _asset(request: Request) -> Response:
    name = request.path_params["asset"]
    if name not in _ASSETS:
        raise HTTPException(404)
    return FileResponse(str(swagger_ui_path / name), headers=_HEADERS)
