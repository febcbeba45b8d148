"""`clover graphql-schema`; needs click."""

import click


@click.command("graphql-schema")
def graphql_schema() -> None:
    """Print the schema of the payments API, for code generators and editors."""
    from clover_graphql.schema import build_schema
    from clover_graphql.transport.limits import Limits

    click.echo(build_schema(Limits(), introspection=True).as_str())
