"""A shop whose order numbers are another one each time it is asked."""

from uuid import uuid4

from oscar.core.loading import default_class_loader


class RandomNumbers:
    """In place of Oscar's `OrderNumberGenerator`."""

    def order_number(self, basket):
        return uuid4().hex


def class_loader(module_label, classnames, module_prefix):
    found = default_class_loader(module_label, classnames, module_prefix)
    return [
        RandomNumbers if name == "OrderNumberGenerator" else cls
        for name, cls in zip(classnames, found, strict=True)
    ]
