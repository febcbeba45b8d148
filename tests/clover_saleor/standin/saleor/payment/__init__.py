"""Part of the stand-in: the words of payments."""


class PaymentError(Exception):
    pass


class GatewayError(IOError):
    pass


class TransactionKind:
    EXTERNAL = "external"
    AUTH = "auth"
    PENDING = "pending"
    ACTION_TO_CONFIRM = "action_to_confirm"
    REFUND = "refund"
    REFUND_ONGOING = "refund_ongoing"
    CAPTURE = "capture"
    VOID = "void"
    CONFIRM = "confirm"
    CANCEL = "cancel"


ALLOWED_KINDS = {
    value for name, value in vars(TransactionKind).items() if name.isupper()
}


class TransactionEventType:
    AUTHORIZATION_SUCCESS = "authorization_success"
    AUTHORIZATION_FAILURE = "authorization_failure"
    AUTHORIZATION_REQUEST = "authorization_request"
    AUTHORIZATION_ACTION_REQUIRED = "authorization_action_required"
    CHARGE_SUCCESS = "charge_success"
    CHARGE_FAILURE = "charge_failure"
    CHARGE_REQUEST = "charge_request"
    CHARGE_ACTION_REQUIRED = "charge_action_required"
    REFUND_SUCCESS = "refund_success"
    REFUND_FAILURE = "refund_failure"
    REFUND_REQUEST = "refund_request"
    CANCEL_SUCCESS = "cancel_success"
    CANCEL_FAILURE = "cancel_failure"
    CANCEL_REQUEST = "cancel_request"
    INFO = "info"
