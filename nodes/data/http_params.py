"""HTTP parameters: n8n's HTTP Request, versions 1 and 2 upgraded to the shape of 3 and later.

Flow: httpRequest's parameters → **http params** → requests.
"""

from typing import Any, Literal

from nodes.sdk import Field, NodeParams, shown


class Pair(NodeParams):
    """A name and a value; in multipart bodies possibly a file."""

    name: str = ""
    value: Any = ""
    parameter_type: Literal["formData", "formBinaryData"] = "formData"
    input_data_field_name: str = "data"


class Pairs(NodeParams):
    """Names and values, as the editor keeps them: ``parameters``, or ``parameter`` in versions 1 and 2."""

    parameters: list[Pair] = []
    parameter: list[Pair] = []

    def named(self) -> list[Pair]:
        """Give those that have a name."""
        return [pair for pair in (*self.parameters, *self.parameter) if pair.name]


class Batch(NodeParams):
    """Requests at a time, and the pause between."""

    batch_size: int = Field(50, ge=-1)
    batch_interval: int = Field(1000, ge=0)


class Batching(NodeParams):
    """Batches, as the editor keeps them."""

    batch: Batch | None = None


class Redirect(NodeParams):
    """Whether and how often to follow."""

    follow_redirects: bool | None = None
    max_redirects: int = Field(21, ge=0, le=100)


class Redirects(NodeParams):
    """Redirects, as the editor keeps them."""

    redirect: Redirect = Redirect()


class Answer(NodeParams):
    """How the answer is read."""

    full_response: bool = False
    never_error: bool = False
    response_format: Literal["autodetect", "file", "json", "text"] = "autodetect"
    output_property_name: str = "data"


class Answers(NodeParams):
    """How the answer is read, as the editor keeps it."""

    response: Answer = Answer()


class Pagination(NodeParams):
    """Whether and how further pages are fetched."""

    pagination_mode: str = Field("updateAParameterInEachRequest", description="off, or how the next page is asked for.")
    next_url: Any = Field("", alias="nextURL", description="Address of the next page.")
    parameters: Any = Field(None, description="Parameters that change: type, name and value.")
    pagination_complete_when: str = Field("responseIsEmpty", description="What ends the pages.")
    status_codes_when_complete: Any = Field("", description="Status codes that end them.")
    complete_expression: Any = Field("", description="True where they end.")
    limit_pages_fetched: bool = Field(False, description="Fetch some pages only.")
    max_requests: Any = Field(100, description="How many.")
    request_interval: Any = Field(0, description="Milliseconds between.")


class Paginations(NodeParams):
    """Pagination, as the editor keeps it."""

    pagination: Pagination | None = None


class HttpOptions(NodeParams):
    """Rarely needed choices; the second half is of versions 1 and 2."""

    batching: Batching = Field(Batching(), description="Send requests in batches with a pause between.")
    allow_unauthorized_certs: bool = Field(False, description="Accept any TLS certificate.")
    query_parameter_arrays: Literal["repeat", "brackets", "indices", "indicesWithoutBrackets"] = Field(
        "indices", description="How lists are written in a query."
    )
    lowercase_headers: bool = Field(True, description="Write header names in lower case.")
    redirect: Redirects = Field(Redirects(), description="Follow redirects.")
    response: Answers = Field(Answers(), description="How the answer is read.")
    pagination: Paginations = Field(Paginations(), description="Fetch further pages.")
    proxy: str = Field("", description="Proxy to send through.")
    timeout: int | None = Field(None, ge=1, description="Milliseconds to wait for the answer.")
    batch_interval: int | None = Field(None, ge=0)
    batch_size: int = Field(50, ge=-1)
    body_content_type: str = "json"
    body_content_custom_mime_type: str = ""
    full_response: bool = False
    follow_all_redirects: bool = False
    follow_redirect: bool = True
    ignore_response_code: bool = False
    split_into_items: bool = False
    use_query_string: bool = False


METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]


class HttpRequest(NodeParams):
    """What to send and how to read the answer."""

    method: str = Field("GET", description="Method.", json_schema_extra=shown(since=3), examples=METHODS)
    url: str = Field("", description="Address; `http://` is put before it where it has no scheme.")
    authentication: str = Field(
        "none",
        description="How the request is signed.",
        examples=["none", "genericCredentialType", "predefinedCredentialType"],
    )
    generic_auth_type: str = Field(
        "",
        description="Credential type of generic authentication.",
        json_schema_extra=shown(authentication="genericCredentialType"),
    )
    node_credential_type: str = Field(
        "",
        description="Credential type of a known service.",
        json_schema_extra=shown(authentication="predefinedCredentialType"),
    )
    provide_ssl_certificates: bool = Field(False, description="Show a TLS certificate: a credential `httpSslAuth`.")
    send_query: bool = Field(False, description="Add query parameters.", json_schema_extra=shown(since=3))
    specify_query: Literal["keypair", "json"] = Field(
        "keypair", description="One by one, or as JSON.", json_schema_extra=shown(since=3, send_query=True)
    )
    query_parameters: Pairs = Field(
        Pairs(),
        description="Query parameters.",
        json_schema_extra=shown(since=3, send_query=True, specify_query="keypair"),
    )
    json_query: Any = Field(
        "{}",
        description="Query parameters as JSON.",
        json_schema_extra=shown("application/json", since=3, send_query=True, specify_query="json"),
    )
    send_headers: bool = Field(False, description="Add headers.", json_schema_extra=shown(since=3))
    specify_headers: Literal["keypair", "json"] = Field(
        "keypair", description="One by one, or as JSON.", json_schema_extra=shown(since=3, send_headers=True)
    )
    header_parameters: Pairs = Field(
        Pairs(), description="Headers.", json_schema_extra=shown(since=3, send_headers=True, specify_headers="keypair")
    )
    json_headers: Any = Field(
        "{}",
        description="Headers as JSON.",
        json_schema_extra=shown("application/json", since=3, send_headers=True, specify_headers="json"),
    )
    send_body: bool = Field(False, description="Send a body.", json_schema_extra=shown(since=3))
    content_type: str = Field(
        "json",
        description="json, form-urlencoded, multipart-form-data, binaryData or raw.",
        json_schema_extra=shown(since=3, send_body=True),
        examples=["json", "form-urlencoded", "multipart-form-data", "binaryData", "raw"],
    )
    specify_body: Literal["keypair", "json", "string"] = Field(
        "keypair",
        description="One by one, or whole.",
        json_schema_extra=shown(since=3, send_body=True, content_type=["json", "form-urlencoded"]),
    )
    body_parameters: Pairs = Field(
        Pairs(),
        description="Fields of the body.",
        json_schema_extra=shown(
            since=3,
            send_body=True,
            content_type=["json", "form-urlencoded", "multipart-form-data"],
            specify_body="keypair",
        ),
    )
    json_body: Any = Field(
        "{}",
        description="The body as JSON.",
        json_schema_extra=shown("application/json", since=3, send_body=True, content_type="json", specify_body="json"),
    )
    body: Any = Field(
        "",
        description="The body as text.",
        json_schema_extra=shown(since=3, send_body=True, content_type=["form-urlencoded", "raw"]),
    )
    raw_content_type: str = Field(
        "",
        description="Content type of a raw body.",
        json_schema_extra=shown(since=3, send_body=True, content_type="raw"),
    )
    input_data_field_name: str = Field(
        "data",
        description="Name of the binary part to send.",
        json_schema_extra=shown(since=3, send_body=True, content_type="binaryData"),
    )
    options: HttpOptions = HttpOptions()
    request_method: str = Field("GET", description="Method (versions 1 and 2).", json_schema_extra=shown(until=2))
    allow_unauthorized_certs: bool = Field(
        False, description="Accept any TLS certificate (versions 1 and 2).", json_schema_extra=shown(until=2)
    )
    response_format: Literal["file", "json", "string"] = Field(
        "json", description="Versions 1 and 2.", json_schema_extra=shown(until=2)
    )
    data_property_name: str = Field(
        "data", description="Field for a text or a file (versions 1 and 2).", json_schema_extra=shown(until=2)
    )
    json_parameters: bool = Field(
        False, description="Everything as JSON (versions 1 and 2).", json_schema_extra=shown(until=2)
    )
    send_binary_data: bool = Field(
        False, description="Send a binary part (versions 1 and 2).", json_schema_extra=shown(until=2)
    )
    binary_property_name: str = Field(
        "data", description="Its name (versions 1 and 2).", json_schema_extra=shown(until=2)
    )
    body_parameters_json: Any = Field(
        "", description="The body as JSON (versions 1 and 2).", json_schema_extra=shown(until=2)
    )
    header_parameters_json: Any = Field(
        "", description="Headers as JSON (versions 1 and 2).", json_schema_extra=shown(until=2)
    )
    query_parameters_json: Any = Field(
        "", description="Query as JSON (versions 1 and 2).", json_schema_extra=shown(until=2)
    )
    body_parameters_ui: Pairs = Field(
        Pairs(), description="Fields of the body (versions 1 and 2).", json_schema_extra=shown(until=2)
    )
    header_parameters_ui: Pairs = Field(
        Pairs(), description="Headers (versions 1 and 2).", json_schema_extra=shown(until=2)
    )
    query_parameters_ui: Pairs = Field(
        Pairs(), description="Query parameters (versions 1 and 2).", json_schema_extra=shown(until=2)
    )


OLD_AUTHENTICATION = {
    "basicAuth": "httpBasicAuth",
    "headerAuth": "httpHeaderAuth",
    "queryAuth": "httpQueryAuth",
    "digestAuth": "httpDigestAuth",
    "oAuth1": "oAuth1Api",
    "oAuth2": "oAuth2Api",
}
BODY_METHODS = ("PATCH", "POST", "PUT", "DELETE")


def upgrade(old: HttpRequest, version: float) -> HttpRequest:
    """Read the parameters of versions 1 and 2 as those of version 3; later ones are as they are."""
    if version >= 3:
        return old
    how: Literal["json", "keypair"] = "json" if old.json_parameters else "keypair"
    old_auth = OLD_AUTHENTICATION.get(old.authentication)
    changed: dict[str, Any] = {
        "method": old.request_method,
        "authentication": "genericCredentialType" if old_auth else old.authentication,
        "generic_auth_type": old_auth or old.generic_auth_type,
        "send_query": True,
        "specify_query": how,
        "query_parameters": old.query_parameters_ui,
        "json_query": old.query_parameters_json or "{}",
        "send_headers": True,
        "specify_headers": how,
        "header_parameters": old.header_parameters_ui,
        "json_headers": old.header_parameters_json or "{}",
        "options": _upgraded_options(old),
        **_upgraded_body(old, how),
    }
    return old.model_copy(update=changed)


def _upgraded_body(old: HttpRequest, how: str) -> dict[str, Any]:
    if old.request_method not in BODY_METHODS:
        return {"send_body": False}
    kind = old.options.body_content_type
    if old.json_parameters and old.send_binary_data:
        return {"send_body": True, "content_type": "binaryData", "input_data_field_name": old.binary_property_name}
    given = old.body_parameters_json
    if how == "json" and kind in ("raw", "form-urlencoded") and isinstance(given, str):
        form = "application/x-www-form-urlencoded" if kind == "form-urlencoded" else ""
        type_ = old.options.body_content_custom_mime_type or form
        return {"send_body": bool(given), "content_type": "raw", "body": given, "raw_content_type": type_}
    return {
        "send_body": bool(given) if how == "json" else bool(old.body_parameters_ui.named()),
        "content_type": "json" if kind == "raw" else kind,
        "specify_body": how,
        "body_parameters": old.body_parameters_ui,
        "json_body": given,
    }


def _upgraded_options(old: HttpRequest) -> HttpOptions:
    options = old.options
    formats = {"file": "file", "json": "json", "string": "text"}
    answer = Answer.model_validate(
        {
            "fullResponse": options.full_response,
            "neverError": options.ignore_response_code,
            "responseFormat": formats[old.response_format],
            "outputPropertyName": old.data_property_name,
        }
    )
    follows = options.follow_all_redirects or (options.follow_redirect and old.request_method in ("GET", "HEAD"))
    batch = None
    if options.batch_interval is not None or "batch_size" in options.model_fields_set:
        batch = Batch(batch_size=options.batch_size, batch_interval=options.batch_interval or 0)
    return options.model_copy(
        update={
            "response": Answers(response=answer),
            "redirect": Redirects(redirect=Redirect(follow_redirects=follows)),
            "batching": Batching(batch=batch),
            "allow_unauthorized_certs": old.allow_unauthorized_certs,
            "query_parameter_arrays": "repeat" if options.use_query_string else options.query_parameter_arrays,
        }
    )
