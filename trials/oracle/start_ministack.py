"""Starts MiniStack with corrections where it departs from what AWS documents, or from what others have seen there.

Each correction replaces a text that must stand in the installed source exactly once, in memory: with another version of MiniStack
it says so and does not start. Ends when its input ends, so that it never outlives who started it, and takes its functions along.
"""
import importlib.abc
import importlib.machinery
import importlib.metadata
import os
import signal
import sys
import threading

VERSION = "1.5.33"

# (module, what it does and who says so, text, replacement)
CORRECTIONS = [
    ("ministack.services.cloudformation.stacks", "the clean-up of a rolled-back update lists the physical ids that the stack is back at", '''    for logical_id in reversed([lid for lid in to_delete if lid not in imports]):
        res = provisioned_resources.get(logical_id, {})
        rtype = res.get("ResourceType", "")
''', '''    if is_update and previous_stack:
        stack["_resources"] = {**{k: v for k, v in provisioned_resources.items() if k not in previous_resources}, **previous_resources}
    for logical_id in reversed([lid for lid in to_delete if lid not in imports]):
        res = provisioned_resources.get(logical_id, {})
        rtype = res.get("ResourceType", "")
'''),
    # aws-cdk, pull request 5525: "When a CREATE operation fails, CloudFormation will automatically issue a DELETE operation with the PhysicalResourceId
    # submitted by the FAILED response". Issues 4310, 22670 and 17040: a failed Update that answers another id counts as a replacement.
    ("ministack.services.cloudformation.stacks", "a Create or Update that failed is undone under the physical id of the failed answer", '''            logger.error("Failed to provision %s (%s): %s",
                         logical_id, resource_type, exc)
            _add_event(stack_id, stack_name, logical_id, resource_type,
                       "IMPORT_FAILED" if logical_id in imports else f"{status_prefix}_FAILED",
                       str(exc))
''', '''            logger.error("Failed to provision %s (%s): %s",
                         logical_id, resource_type, exc)
            answered = getattr(exc, "physical_id", None)
            _add_event(stack_id, stack_name, logical_id, resource_type,
                       "IMPORT_FAILED" if logical_id in imports else
                       ("UPDATE_FAILED" if is_update and logical_id in (previous_stack or {}).get("_resources", {}) else "CREATE_FAILED"),
                       str(exc), answered or "")
            if answered and answered != (update_attempt or (None,))[0]:
                provisioned_resources[logical_id] = {
                    "PhysicalResourceId": answered, "ResourceType": resource_type, "LogicalResourceId": logical_id, "Properties": resolved_props,
                    "ResourceStatus": "UPDATE_FAILED" if update_attempt else "CREATE_FAILED", "Attributes": {}, "Timestamp": now_iso(),
                }
                created_in_this_run.append(logical_id)
                update_attempt = None
'''),
    ("ministack.services.cloudformation.custom_resource", "... whose physical id is kept", '''        raise RuntimeError(result.get("Reason", "Custom resource reported FAILED"))
''', '''        failure = RuntimeError(result.get("Reason", "Custom resource reported FAILED"))
        failure.physical_id = result.get("PhysicalResourceId")
        raise failure
'''),
    ("ministack.services.cloudformation.stacks", "what a resource depends on that failed to delete is not deleted either", '''        _add_event(stack_id, stack_name, logical_id, rtype,
                   "DELETE_IN_PROGRESS", physical_id=pid)
        try:
            if policy == "Snapshot":
                _snapshot_resource(rtype, pid, res_props)
''', '''        if delete_failures and logical_id in _with_dependencies(delete_failures, res_defs, set(resources)):
            continue
        _add_event(stack_id, stack_name, logical_id, rtype,
                   "DELETE_IN_PROGRESS", physical_id=pid)
        try:
            if policy == "Snapshot":
                _snapshot_resource(rtype, pid, res_props)
'''),
    ("ministack.services.cloudformation.stacks", "a new resource of an update is CREATE_IN_PROGRESS, and one that was there UPDATE_IN_PROGRESS with its physical id", '''            if logical_id not in imports:
                _add_event(stack_id, stack_name, logical_id, resource_type,
                           f"{status_prefix}_IN_PROGRESS")
''', '''            if logical_id not in imports:
                _add_event(stack_id, stack_name, logical_id, resource_type,
                           f"{'CREATE' if prev_for_dynamic is None else status_prefix}_IN_PROGRESS",
                           physical_id=(prev_for_dynamic or {}).get("PhysicalResourceId", ""))
'''),
    ("ministack.services.cloudformation.custom_resource", "an event names its ServiceToken", '''        "RequestType": request_type,
        "RequestId": request_id,
''', '''        "RequestType": request_type,
        "ServiceToken": service_token,
        "RequestId": request_id,
'''),
    ("ministack.services.cloudformation.handlers", "DescribeStackResources takes a PhysicalResourceId in place of a stack", '''    stack = _resolve_stack(stack_name)
    if not stack:
        return _error("ValidationError",
                      f"Stack [{stack_name}] does not exist")
    stack_name = stack.get("StackName", stack_name)

    resources = stack.get("_resources", {})

    if logical_resource_id:
        if logical_resource_id not in resources:
            return _error("ValidationError",
                          f"Resource [{logical_resource_id}] does not exist in stack [{stack_name}]")
''', '''    physical_resource_id = _p(params, "PhysicalResourceId")
    if physical_resource_id:
        from ministack.services.cloudformation import _stacks
        stack = next((candidate for candidate in _stacks.values() if any(
            resource.get("PhysicalResourceId") == physical_resource_id for resource in candidate.get("_resources", {}).values())), None)
        if not stack:
            return _error("ValidationError", f"Stack for {physical_resource_id} does not exist")
    else:
        stack = _resolve_stack(stack_name)
    if not stack:
        return _error("ValidationError",
                      f"Stack [{stack_name}] does not exist")
    stack_name = stack.get("StackName", stack_name)

    resources = stack.get("_resources", {})

    if logical_resource_id:
        if logical_resource_id not in resources:
            return _error("ValidationError",
                          f"Resource [{logical_resource_id}] does not exist in stack [{stack_name}]")
'''),
]


class Corrector(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        corrections = [correction[1:] for correction in CORRECTIONS if correction[0] == name]
        if not corrections:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)

        class Loader(importlib.machinery.SourceFileLoader):
            def get_code(self, fullname):
                source = self.get_source(fullname)
                for what, text, replacement in corrections:
                    if source.count(text) != 1:
                        raise ImportError(f"{fullname} does not have exactly once what is corrected so that {what}")
                    source = source.replace(text, replacement)
                return compile(source, self.path, "exec")
        spec.loader = Loader(name, spec.loader.path)
        return spec


def end_with_input():
    while os.read(0, 1024):
        pass
    os.killpg(os.getpgid(0), signal.SIGKILL)


def main():
    installed = importlib.metadata.version("ministack")
    if installed != VERSION:
        sys.exit(f"MiniStack is {installed}, and the corrections are those of {VERSION}")
    if os.getpgid(0) != os.getpid():
        sys.exit("start it in a process group of its own, with which its functions end")
    threading.Thread(target=end_with_input, daemon=True).start()
    sys.meta_path.insert(0, Corrector())
    from ministack.app import main as serve
    serve()


main()
