output "outputs" {
  description = "The outputs of each stack, by its name."
  value       = { for name, stack in aws_cloudformation_stack.stack : name => stack.outputs }
}
