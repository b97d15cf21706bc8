! A kernel in Fortran: how often neighbours inside a chunk differ in sign.
module waves
  use shmkit_kernel
  implicit none
  character(kind=c_char), target, save :: name(10) = [character :: 'c', 'r', 'o', 's', 's', 'i', 'n', 'g', 's', c_null_char]
  character(kind=c_char), target, save :: dtypes(8) = [character :: 'f', 'l', 'o', 'a', 't', '6', '4', c_null_char]
  character(kind=c_char), target, save :: result_type(6) = [character :: 'i', 'n', 't', '6', '4', c_null_char]
  type(shmkit_kernel_t), target, save :: kernel
  type(c_ptr), target, save :: list(1)
  type(shmkit_plugin_t), target, save :: plugin
contains
  integer(c_int) function run(chunk) bind(c)
    type(shmkit_chunk), intent(in) :: chunk
    real(c_double), pointer :: x(:)
    integer(c_int64_t), pointer :: crossings
    call c_f_pointer(chunk%array(1)%data, x, [chunk%count])
    call c_f_pointer(chunk%result, crossings)
    crossings = 0
    if (size(x) > 1) crossings = count((x(:size(x) - 1) < 0) .neqv. (x(2:) < 0), kind=c_int64_t)
    run = 0
  end function

  type(c_ptr) function get() bind(c, name='shmkit_plugin_get')
    kernel%name = c_loc(name)
    kernel%dtypes = c_loc(dtypes)
    kernel%result = c_loc(result_type)
    kernel%combine = SHMKIT_SUM
    kernel%run = c_funloc(run)
    list(1) = c_loc(kernel)
    plugin%count = 1
    plugin%kernels = c_loc(list)
    get = c_loc(plugin)
  end function
end module
