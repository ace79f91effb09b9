"""Prints a JSON object of what the first lines of payload/dump/*.py say of the parts that each needs, where that is
not so: which names of other parts a part uses is seen in its syntax tree."""
import ast
import json
import re

from harness import part_files


def defined(tree):
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    return functions | {
        node.id for statement in tree.body for node in ast.walk(statement)
        if not isinstance(statement, ast.FunctionDef) and isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def used(tree):
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


trees, said = {}, {}
for name, source in part_files():
    trees[name] = ast.parse(re.sub(r"@\w+@", "0", source))
    said[name] = set(re.search(r"(?m)^# Needs: (.*)\.$", source).group(1).split(", ")) - {"nothing"}
wrong = {}
for name, tree in trees.items():
    needed = {other for other in trees if other != name and used(tree) & (defined(trees[other]) - defined(tree))}
    if needed != said[name]:
        wrong[name] = {"needs": sorted(needed), "says": sorted(said[name])}
print(json.dumps(wrong))
