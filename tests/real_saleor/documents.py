"""The GraphQL documents that the drives send."""

ERRORS = "errors { field code message }"
MONEY = "{ amount currency }"
PAYMENT = f"""
id gateway isActive chargeStatus pspReference actions
total {MONEY} capturedAmount {MONEY}
availableCaptureAmount {MONEY} availableRefundAmount {MONEY}
creditCard {{ brand lastDigits expMonth expYear }}
transactions {{ kind isSuccess error token amount {MONEY} }}
"""
TRANSACTION_FIELDS = f"""
id token name message pspReference actions externalUrl
authorizedAmount {MONEY} chargedAmount {MONEY} refundedAmount {MONEY}
canceledAmount {MONEY} chargePendingAmount {MONEY}
events {{ type message pspReference amount {MONEY} }}
"""
ORDER_FIELDS = f"""
id number status isPaid chargeStatus authorizeStatus paymentStatus
total {{ gross {MONEY} }} totalCharged {MONEY} totalAuthorized {MONEY}
totalRefunded {MONEY} totalBalance {MONEY} userEmail
"""

PLUGIN = """query($id: ID!) { plugin(id: $id) { id name
  globalConfiguration { active configuration { name value type } }
  channelConfigurations {
    active channel { slug } configuration { name value type } } } }"""
PLUGIN_UPDATE = f"""mutation($id: ID!, $channelId: ID, $input: PluginUpdateInput!) {{
  pluginUpdate(id: $id, channelId: $channelId, input: $input) {{
    plugin {{ id
      globalConfiguration {{ active configuration {{ name value }} }}
      channelConfigurations {{
        active channel {{ slug }} configuration {{ name value }} }} }}
    {ERRORS} }} }}"""
CHANNEL_UPDATE = f"""
mutation($id: ID!, $strategy: TransactionFlowStrategyEnum!) {{
  channelUpdate(id: $id, input: {{
    paymentSettings: {{ defaultTransactionFlowStrategy: $strategy }} }}) {{
    channel {{ id }} {ERRORS} }} }}"""
CHECKOUT_CREATE = f"""mutation($input: CheckoutCreateInput!) {{
  checkoutCreate(input: $input) {{
    checkout {{ id shippingMethods {{ id }} }} {ERRORS} }} }}"""
DELIVERY = f"""mutation($id: ID!, $method: ID!) {{
  checkoutDeliveryMethodUpdate(id: $id, deliveryMethodId: $method) {{
    checkout {{ id }} {ERRORS} }} }}"""
CHECKOUT = f"""query($id: ID!) {{ checkout(id: $id) {{
  id chargeStatus authorizeStatus totalPrice {{ gross {MONEY} }}
  availablePaymentGateways {{ id name currencies config {{ field value }} }} }} }}"""
STORED = """query($id: ID!) { checkout(id: $id) {
  storedPaymentMethods {
    id paymentMethodId type name gateway { id }
    creditCardInfo { brand lastDigits expMonth expYear } } } }"""
PAYMENT_CREATE = f"""mutation($id: ID!, $input: PaymentInput!) {{
  checkoutPaymentCreate(id: $id, input: $input) {{
    payment {{ id chargeStatus }} {ERRORS} }} }}"""
PAYMENT_INITIALIZE = f"""
mutation($gateway: String!, $channel: String, $data: JSONString) {{
  paymentInitialize(gateway: $gateway, channel: $channel, paymentData: $data) {{
    initializedPayment {{ gateway name data }} {ERRORS} }} }}"""
COMPLETE = f"""mutation($id: ID!, $data: JSONString) {{
  checkoutComplete(id: $id, paymentData: $data) {{
    order {{ {ORDER_FIELDS} }} confirmationNeeded confirmationData {ERRORS} }} }}"""
ORDER = f"""query($id: ID!) {{ order(id: $id) {{ {ORDER_FIELDS}
  payments {{ {PAYMENT} }} transactions {{ {TRANSACTION_FIELDS} }}
  events {{ type message amount }} }} }}"""
ORDERS = (
    f"""query {{ orders(first: 50) {{ edges {{ node {{ {ORDER_FIELDS} }} }} }} }}"""
)


def _payment(name, *, amount):
    declared, given = (", $amount: PositiveDecimal", ", amount: $amount")
    if not amount:
        declared = given = ""
    return f"""mutation($id: ID!{declared}) {{
  {name}(paymentId: $id{given}) {{ payment {{ {PAYMENT} }} {ERRORS} }} }}"""


def _order(name, *, amount):
    declared, given = (", $amount: PositiveDecimal!", ", amount: $amount")
    if not amount:
        declared = given = ""
    return f"""mutation($id: ID!{declared}) {{
  {name}(id: $id{given}) {{ order {{ {ORDER_FIELDS} }} {ERRORS} }} }}"""


PAYMENT_CAPTURE = _payment("paymentCapture", amount=True)
PAYMENT_REFUND = _payment("paymentRefund", amount=True)
PAYMENT_VOID = _payment("paymentVoid", amount=False)
ORDER_CAPTURE = _order("orderCapture", amount=True)
ORDER_REFUND = _order("orderRefund", amount=True)
ORDER_VOID = _order("orderVoid", amount=False)

GATEWAY_INITIALIZE = f"""
mutation($id: ID!, $gateways: [PaymentGatewayToInitialize!]) {{
  paymentGatewayInitialize(id: $id, paymentGateways: $gateways) {{
    gatewayConfigs {{ id data {ERRORS} }} {ERRORS} }} }}"""
_TRANSACTION_ANSWER = f"""
transaction {{ {TRANSACTION_FIELDS} }}
transactionEvent {{ type message pspReference amount {MONEY} }}
data {ERRORS}
"""
TRANSACTION_INITIALIZE = f"""
mutation($id: ID!, $gateway: PaymentGatewayToInitialize!, $amount: PositiveDecimal,
         $action: TransactionFlowStrategyEnum, $idempotencyKey: String) {{
  transactionInitialize(id: $id, paymentGateway: $gateway, amount: $amount,
                        action: $action, idempotencyKey: $idempotencyKey) {{
    {_TRANSACTION_ANSWER} }} }}"""
TRANSACTION_PROCESS = f"""mutation($id: ID!, $data: JSON) {{
  transactionProcess(id: $id, data: $data) {{ {_TRANSACTION_ANSWER} }} }}"""
TRANSACTION_REQUEST = f"""
mutation($id: ID!, $action: TransactionActionEnum!, $amount: PositiveDecimal) {{
  transactionRequestAction(id: $id, actionType: $action, amount: $amount) {{
    transaction {{ {TRANSACTION_FIELDS} }} {ERRORS} }} }}"""
TRANSACTION = f"""query($id: ID!) {{
  transaction(id: $id) {{ {TRANSACTION_FIELDS} }} }}"""
