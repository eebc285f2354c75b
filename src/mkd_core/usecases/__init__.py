"""What can be done: one module a room, joined in :class:`~mkd_core.usecases.service.AgreementService`."""
