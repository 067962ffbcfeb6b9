class VLLMClientError(Exception):
    pass


class VLLMValidationError(VLLMClientError):
    pass
