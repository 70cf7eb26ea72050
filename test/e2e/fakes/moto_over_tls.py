"""An AWS on loopback (moto) that takes every request for an encrypted one.

moto 5.2 knows no "Bool" condition: the usual bucket policy, which denies what comes without TLS, would deny everything.
"""

from typing import Any

from moto.iam.access_control import IAMPolicyStatement, PermissionResult
from moto.server import main

is_permitted = IAMPolicyStatement.is_action_permitted


def permit_over_tls(statement: IAMPolicyStatement, *arguments: Any, **named: Any) -> PermissionResult:
    only_without_tls = {"Bool": {"aws:SecureTransport": "false"}}
    if statement._statement.get("Condition") == only_without_tls:
        return PermissionResult.NEUTRAL
    return is_permitted(statement, *arguments, **named)


IAMPolicyStatement.is_action_permitted = permit_over_tls

if __name__ == "__main__":
    main()
