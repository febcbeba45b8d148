"""Middleware that looks at every body."""

SEEN = []


class Recorder:
    """Looks at each body once the view has answered."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        SEEN.append(request.body)
        return response


class EarlyRecorder(Recorder):
    """Looks at each body before the view does."""

    def __call__(self, request):
        SEEN.append(request.body)
        return self.get_response(request)


class Devourer(Recorder):
    """Takes the body and leaves nothing."""

    def __call__(self, request):
        SEEN.append(request.read())
        return self.get_response(request)
