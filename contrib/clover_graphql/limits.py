"""How much a caller may ask for at once."""

from dataclasses import dataclass

from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, ValidationRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a storefront's documents stay far below."""

    body_bytes: int = 64 * 1024
    depth: int = 12
    aliases: int = 15
    tokens: int = 1500


class OneOperation(ValidationRule):
    """A document is one operation: no other is hidden behind it."""

    def enter_document(self, node: DocumentNode, *_args: object) -> None:
        """Count them."""
        found = [row for row in node.definitions if _is_operation(row)]
        if len(found) != 1:
            self.context.report_error(
                GraphQLError("A document must hold exactly one operation.")
            )


def _is_operation(node: object) -> bool:
    return isinstance(node, OperationDefinitionNode)
