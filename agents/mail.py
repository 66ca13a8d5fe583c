"""Mail: messages handed in to SMTP servers.

Flow: emailSend → **mail** → SMTP server.
"""

from collections.abc import Sequence

import aiosmtplib

from nodes.sdk.outside import Login, Posted
from schemas.errors import NodeError, OperationalError

TIMEOUT_SECONDS = 60.0
LATER = 400
NEVER = 500


class SmtpMail:
    """Opens a connection per message."""

    async def post(
        self, login: Login, sender: str, recipients: Sequence[str], message: bytes, *, verify_tls: bool = True
    ) -> Posted:
        """Send a message."""
        secure, plain = bool(login.get("secure", True)), bool(login.get("disableStartTls"))
        host = str(login.get("host") or "")
        try:
            refused, response = await aiosmtplib.send(
                message,
                sender=sender,
                recipients=list(recipients),
                hostname=host,
                port=int(login.get("port") or (465 if secure else 587)),
                username=login.get("user") or None,
                password=login.get("password") or None,
                use_tls=secure,
                start_tls=False if secure or plain else None,
                validate_certs=verify_tls,
                local_hostname=login.get("hostName") or None,
                timeout=TIMEOUT_SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as bad:
            codes = [one.code for one in bad.recipients]
            raise _refusal(min(codes, default=NEVER), "all recipients") from None
        except aiosmtplib.SMTPAuthenticationError:
            raise NodeError("the mail server refused the login", hint="check user and password") from None
        except aiosmtplib.SMTPResponseException as bad:
            raise _refusal(bad.code, bad.message) from None
        except (aiosmtplib.SMTPException, OSError, ValueError) as bad:
            raise OperationalError(f'no mail server answered at "{host}": {bad}'.lower()) from None
        return Posted([one for one in recipients if one not in refused], list(refused), response)


def _refusal(code: int, what: str) -> NodeError | OperationalError:
    message = f"the mail server refused: {code} {what}".lower()
    return OperationalError(message) if LATER <= code < NEVER else NodeError(message)
