"""The operations of a storefront, a dashboard and an app, as their users write them."""

from clover_graphql.request.ids import encode

CHECKOUT = encode("Checkout", "c-1")

GATEWAYS = """
query Gateways($id: ID!) {
  checkout(id: $id) {
    id authorizeStatus chargeStatus totalBalance { amount currency }
    totalPrice { gross { amount currency } tax { amount } }
    availablePaymentGateways { id name currencies config { field value } }
  }
}
"""
GATEWAY = """
mutation ProviderHooks($id: ID!, $amount: PositiveDecimal, $gateways:
[PaymentGatewayToInitialize!]) {
  paymentGatewayInitialize(id: $id, amount: $amount, paymentGateways: $gateways) {
    errors { field message code }
    gatewayConfigs { id data errors { field message code } }
  }
}
"""
INITIALIZE = """
mutation Start($id: ID!, $gateway: PaymentGatewayToInitialize!, $amount:
PositiveDecimal,
               $key: String, $action: TransactionFlowStrategyEnum) {
  transactionInitialize(id: $id, paymentGateway: $gateway, amount: $amount,
                        idempotencyKey: $key, action: $action) {
    transaction { id actions pspReference chargedAmount { amount } authorizedAmount {
    amount } }
    transactionEvent { id type message pspReference idempotencyKey amount { amount
    currency } }
    data
    errors { field message code }
  }
}
"""
PROCESS = """
mutation Process($id: ID, $token: UUID, $data: JSON) {
  transactionProcess(id: $id, token: $token, data: $data) {
    transaction { id actions }
    transactionEvent { type message pspReference }
    data
    errors { field code message }
  }
}
"""
COMPLETE = """
mutation Complete($id: ID!, $data: JSONString) {
  checkoutComplete(id: $id, paymentData: $data) {
    order { id number isPaid chargeStatus authorizeStatus paymentStatus totalBalance {
    amount } }
    confirmationNeeded confirmationData
    errors { field message code }
    checkoutErrors { code }
  }
}
"""
ACTION = """
mutation Act($id: ID, $action: TransactionActionEnum!, $amount: PositiveDecimal) {
  transactionRequestAction(id: $id, actionType: $action, amount: $amount) {
    transaction {
      id actions chargedAmount { amount } refundedAmount { amount } canceledAmount {
      amount }
      authorizedAmount { amount } refundPendingAmount { amount }
      events { type pspReference amount { amount } }
    }
    errors { field message code }
  }
}
"""
REPORT = """
mutation Report($id: ID, $psp: String!, $type: TransactionEventTypeEnum!, $amount:
PositiveDecimal,
                $time: DateTime, $message: String, $actions: [TransactionActionEnum!]) {
  transactionEventReport(id: $id, pspReference: $psp, type: $type, amount: $amount,
  time: $time,
                         message: $message, availableActions: $actions) {
    alreadyProcessed
    transaction { id }
    transactionEvent { id type pspReference }
    errors { message code }
  }
}
"""
TRANSACTION = """
query One($id: ID, $token: UUID) {
  transaction(id: $id, token: $token) {
    id token name message pspReference createdAt modifiedAt externalUrl actions
    checkout { id } order { id }
    chargedAmount { amount } chargePendingAmount { amount } authorizePendingAmount {
    amount }
    cancelPendingAmount { amount }
    events { id type message createdAt pspReference externalUrl amount { amount currency
    } }
  }
}
"""
ORDER = """
query Order($id: ID!) {
  order(id: $id) {
    id number isPaid paymentStatus paymentStatusDisplay chargeStatus authorizeStatus
    created
    userEmail channel { slug currencyCode } actions errors { code }
    total { gross { amount } net { amount } tax { amount } }
    totalAuthorized { amount } totalCaptured { amount } totalCharged { amount }
    totalCanceled { amount } totalRefunded { amount } totalBalance { amount }
    totalRefundPending { amount } totalChargePending { amount }
    totalAuthorizePending { amount } totalCancelPending { amount }
    lines { id productName variantName quantity unitPrice { gross { amount } }
    totalPrice { gross { amount } } }
  }
}
"""
ORDER_PAYMENTS = """
query Payments($id: ID!) {
  order(id: $id) {
    transactions { id events { type } }
    payments {
      id gateway isActive created modified token paymentMethodType chargeStatus actions
      pspReference
      total { amount } capturedAmount { amount } availableCaptureAmount { amount }
      availableRefundAmount { amount } creditCard { brand lastDigits } checkout { id }
      order { id }
      transactions { id created token kind isSuccess error gatewayResponse amount {
      amount } payment { id } }
    }
  }
}
"""
PAYMENT_CREATE = """
mutation Create($id: ID!, $input: PaymentInput!) {
  checkoutPaymentCreate(id: $id, input: $input) {
    payment { id gateway chargeStatus isActive token total { amount } }
    checkout { id }
    errors { field code message }
    paymentErrors { code }
  }
}
"""
CAPTURE = """
mutation Capture($id: ID!, $amount: PositiveDecimal) {
  paymentCapture(paymentId: $id, amount: $amount) {
    payment { id chargeStatus capturedAmount { amount } } errors { field code message }
  }
}
"""
REFUND = """
mutation Refund($id: ID!, $amount: PositiveDecimal) {
  paymentRefund(paymentId: $id, amount: $amount) {
    payment { id chargeStatus capturedAmount { amount } } errors { field code message }
  }
}
"""
VOID = """
mutation Void($id: ID!) {
  paymentVoid(paymentId: $id) {
    payment { id chargeStatus isActive } errors { field code message }
  }
}
"""
CARDS = """
query Cards($id: ID!) {
  checkout(id: $id) {
    storedPaymentMethods {
      id paymentMethodId name type data supportedPaymentFlows gateway { id }
      creditCardInfo { brand lastDigits expMonth expYear }
    }
  }
}
"""
FORGET = """
mutation Forget($id: ID!, $channel: String!) {
  storedPaymentMethodRequestDelete(id: $id, channel: $channel) {
    result errors { field code message }
  }
}
"""
ALL = {
    name: text
    for name, text in list(vars().items())
    if name.isupper() and isinstance(text, str) and "{" in text
}
