"""Form pages: forms as HTML that works without scripts, for eyes, keyboards and screen readers.

Flow: form → **page** → browser.
Whatever a workflow's author wrote is escaped; their HTML and CSS are shown, under a policy that runs no script.
"""

from collections.abc import Mapping, Sequence
from html import escape

from gateway.answers import HeaderList
from schemas.form import Choice, Form, FormField

PAGE: HeaderList = [
    (b"content-type", b"text/html; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; media-src https: data:; "
        b"font-src https: data:; base-uri 'none'",
    ),
]
Values = Mapping[str, Sequence[str]]
"""What stands in the fields, by their names in the page."""
KEY, CHOICE = "page", "choice"
"""What a page sends besides its fields: which page it is, and which of its buttons was pressed."""
AGAIN_SECONDS = 3
INPUTS = {"number": "number", "email": "email", "password": "password", "date": "date"}
STYLE = """
:root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.5 }
body { margin: 0; padding: 2rem 1rem; background: light-dark(#f4f5f7, #15171c); color: light-dark(#1d2129, #e8eaee) }
main { max-width: 34rem; margin: 0 auto; padding: 2rem; border-radius: .75rem; background: light-dark(#fff, #1f232b) }
h1 { font-size: 1.4rem; margin: 0 0 .5rem } .about { white-space: pre-line; margin: 0 0 1.5rem }
.field { margin: 0 0 1.25rem; border: 0; padding: 0 } label, legend { display: block; font-weight: 600; padding: 0 }
.choice label { font-weight: 400; display: inline }
input:not([type=checkbox], [type=radio]), select, textarea { box-sizing: border-box; width: 100%; margin-top: .25rem;
  padding: .55rem .65rem; font: inherit; border: 1px solid light-dark(#8b93a1, #6d7686); border-radius: .4rem;
  background: transparent; color: inherit }
:focus-visible { outline: 3px solid #4a7dff; outline-offset: 1px }
button { font: inherit; font-weight: 600; padding: .65rem 1.2rem; border: 0; border-radius: .4rem; cursor: pointer;
  background: #1f4fd1; color: #fff }
button.quiet { background: transparent; color: inherit; box-shadow: inset 0 0 0 1px light-dark(#8b93a1, #6d7686) }
.said { list-style: none; padding: 0 } .said li { margin: 0 0 .75rem } .said .you { text-align: right }
.said .about { display: block; margin: 0 } .who { font-weight: 600; font-size: .85rem }
.error { color: light-dark(#a4161a, #ff9a9a); margin: .25rem 0 0 } .test { margin: 0 0 1rem; font-size: .9rem }
"""


def form_page(form: Form, values: Values, errors: Mapping[str, str], *, test: bool, key: str = "") -> bytes:
    """Write a page with a form that is sent to its own address; ``errors`` by the fields' names in the page.

    ``key`` says which page of an execution was sent.
    """
    parts = [heading(form.title, form.description)]
    if test:
        parts.insert(0, '<p class="test" role="note">This is a test: it runs the draft of the workflow.</p>')
    if errors:
        parts.append('<p class="error" role="alert">Some answers need your attention.</p>')
    parts.append('<form method="post" enctype="multipart/form-data" novalidate>')
    for at, field in enumerate(form.fields):
        parts.append(_field(field, input_name(at), values.get(input_name(at), ()), errors.get(input_name(at), "")))
    if key:
        parts.append(f'<input type="hidden" name="{KEY}" value="{escape(key)}">')
    parts += [_choice_button(one) for one in form.choices]
    parts.append("</form>" if form.choices else f'<button type="submit">{escape(form.button)}</button></form>')
    return document(form.title or "Form", form.css, parts)


def done_page(title: str, message: str, css: str = "", *, again: str = "") -> bytes:
    """Write the page that is shown afterwards; ``again`` is the address that it asks after a while."""
    parts = [f'<div role="status">{heading(title, message)}</div>']
    if again:
        parts.append(f'<meta http-equiv="refresh" content="{AGAIN_SECONDS}; url={escape(again)}">')
        parts.append(f'<p><a href="{escape(again)}">Look again</a></p>')
    return document(title or "Form", css, parts)


def input_name(at: int) -> str:
    """Name a field in the page; what follows the sign is the number of a file where there are several."""
    return f"f{at}_"


def document(title: str, css: str, parts: Sequence[str]) -> bytes:
    """Write a whole page around its parts, which are HTML already."""
    own = css.replace("<", "\\3c ")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style><style>{own}</style></head>"
        f"<body><main>{''.join(parts)}</main></body></html>"
    ).encode("utf-8", "replace")


def heading(title: str, text: str) -> str:
    """Write a title and the text below it."""
    heading = f"<h1>{escape(title)}</h1>" if title else ""
    return heading + (f'<p class="about">{escape(text)}</p>' if text else "")


def _choice_button(one: Choice) -> str:
    quiet = ' class="quiet"' if one.quiet else ""
    return f'<button type="submit" name="{CHOICE}" value="{escape(one.value)}"{quiet}>{escape(one.label)}</button> '


def _field(field: FormField, name: str, values: Sequence[str], error: str) -> str:
    if field.kind == "html":
        return f'<div class="field">{field.html}</div>'
    first = values[0] if values else ""
    if field.kind == "hiddenField":
        return f'<input type="hidden" name="{name}" value="{escape(first)}">'
    told = f'<p class="error" id="{name}error">{escape(error)}</p>' if error else ""
    marks = (' aria-describedby="' + name + 'error" aria-invalid="true"' if error else "") + (
        " required" if field.required else ""
    )
    star = ' <span aria-hidden="true">*</span>' if field.required else ""
    if field.kind in ("radio", "checkbox"):
        choices = "".join(_choice(field, name, at, values) for at in range(len(field.options)))
        legend = f"<legend>{escape(field.label)}{star}</legend>"
        described = f' aria-describedby="{name}error"' if error else ""
        return f'<fieldset class="field"{described}>{legend}{choices}{told}</fieldset>'
    label = f'<label for="{name}">{escape(field.label)}{star}</label>'
    return f'<div class="field">{label}{_control(field, name, first, values, marks)}{told}</div>'


def _control(field: FormField, name: str, first: str, values: Sequence[str], marks: str) -> str:
    named = f'id="{name}" name="{name}"{marks}'
    if field.placeholder:
        named += f' placeholder="{escape(field.placeholder)}"'
    match field.kind:
        case "textarea":
            return f'<textarea rows="5" {named}>\n{escape(first)}</textarea>'
        case "dropdown":
            none = "" if field.several else '<option value="">Select an option…</option>'
            chosen = "".join(
                f'<option value="{escape(one)}"{" selected" if one in values else ""}>{escape(one)}</option>'
                for one in field.options
            )
            return f"<select {named}{' multiple' if field.several else ''}>{none}{chosen}</select>"
        case "file":
            accept = f' accept="{escape(field.accept)}"' if field.accept else ""
            return f'<input type="file" {named}{accept}{" multiple" if field.several else ""}>'
    more = ' step="any"' if field.kind == "number" else ""
    shown = "" if field.kind == "password" else escape(first)
    return f'<input type="{INPUTS.get(field.kind, "text")}" {named}{more} value="{shown}">'


def _choice(field: FormField, name: str, at: int, values: Sequence[str]) -> str:
    option = field.options[at]
    kind = "radio" if field.kind == "radio" else "checkbox"
    checked = " checked" if option in values else ""
    return (
        f'<div class="choice"><input type="{kind}" id="{name}{at}" name="{name}" value="{escape(option)}"{checked}> '
        f'<label for="{name}{at}">{escape(option)}</label></div>'
    )
