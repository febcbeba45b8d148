"""A middleware for the tests: forms may lead to the shop itself and nowhere else."""


def keep_forms_here(get_response):
    def respond(request):
        response = get_response(request)
        response["Content-Security-Policy"] = "form-action 'self'"
        return response

    return respond
