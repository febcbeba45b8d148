"""A middleware for the tests: nothing inline, nothing from elsewhere."""

POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'"


def strict_csp(get_response):
    def respond(request):
        response = get_response(request)
        response["Content-Security-Policy"] = POLICY
        return response

    return respond
